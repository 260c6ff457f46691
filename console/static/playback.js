// A notice is played back in the browser's own voices before it goes on air. Where there is no voice, the page says so.

const speech = window.speechSynthesis;

function voiceFor(language) {
  const fit = speech.getVoices().filter((voice) => voice.lang.toLowerCase().startsWith(language));
  return fit.find((voice) => voice.lang.toLowerCase().endsWith("-fi")) ?? fit[0];
}

function show(place, playing) {
  const words = place.querySelector("[data-start]");
  place.querySelector("button").setAttribute("aria-pressed", String(playing));
  words.textContent = playing ? words.dataset.stop : words.dataset.start;
}

function tell(place, words) {
  place.querySelector("[role=status]").textContent = words;
}

function play(place) {
  const language = place.dataset.playback;
  const wasPlaying = place.querySelector("button").getAttribute("aria-pressed") === "true";
  speech.cancel();
  if (wasPlaying) return;
  const said = new SpeechSynthesisUtterance(document.getElementById(`words_${language}`).value);
  said.voice = voiceFor(language) ?? null;
  said.lang = said.voice?.lang ?? language;
  said.addEventListener("start", () => tell(place, ""));
  said.addEventListener("end", () => show(place, false));
  said.addEventListener("error", (event) => {
    show(place, false);
    if (event.error !== "interrupted" && event.error !== "canceled") tell(place, place.dataset.failed);
  });
  show(place, true);
  speech.speak(said);
}

function look() {
  for (const place of document.querySelectorAll("[data-playback]")) {
    const found = voiceFor(place.dataset.playback) !== undefined;
    place.querySelector("button").disabled = !found;
    tell(place, found ? "" : place.dataset.none);
  }
}

if (speech !== undefined) {
  document.querySelector("[data-playback-none]")?.remove();
  for (const place of document.querySelectorAll("[data-playback]")) {
    place.hidden = false;
    place.querySelector("button").addEventListener("click", () => play(place));
  }
  speech.addEventListener?.("voiceschanged", look); // a browser finds its voices after the page
  look();
}

document.querySelector("[data-arrive]")?.focus();
