/* Speaks what is heard, where the browser has a voice for the language. Off until it is switched on. */

const box = document.getElementById('aloud');
const why = document.getElementById('aloud-why');

function voices() {
  return 'speechSynthesis' in window ? window.speechSynthesis.getVoices() : [];
}

function voiceFor(language) {
  const wanted = (language || '').slice(0, 2);
  return voices().find((voice) => voice.lang.startsWith(wanted));
}

export function aloud(text, language) {
  const voice = box.checked && voiceFor(language);
  if (!voice) return;
  const words = new SpeechSynthesisUtterance(text);
  words.voice = voice;
  words.lang = voice.lang;
  window.speechSynthesis.speak(words);
}

function offer() {
  const known = ['fi', 'sv', 'en'].filter(voiceFor);
  box.disabled = known.length === 0;
  why.textContent = known.length ? `Voices here: ${known.join(', ')}.` : 'This browser has no voices.';
}

export function start() {
  offer();
  if ('speechSynthesis' in window) window.speechSynthesis.addEventListener('voiceschanged', offer);
  box.addEventListener('change', () => box.checked || window.speechSynthesis.cancel());
}
