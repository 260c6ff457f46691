// Puts a freshly fetched part of the page in place: only the regions that differ, keeping what the agent has typed.

export function place(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const region of fresh.querySelectorAll("[data-region]")) {
    const shown = document.querySelector(`[data-region="${region.dataset.region}"]`);
    if (shown && !same(shown, region)) replace(shown, region);
  }
  return fresh;
}

const FIELDS = "textarea[id], input[type=text][id], input[type=datetime-local][id], select[id]";
const lastSeen = new Map();

function same(shown, fresh) {
  // compared with what the server sent last, not with the page: the page's own clocks change its text
  const name = fresh.dataset.region;
  const text = fresh.innerHTML;
  const before = lastSeen.get(name);
  lastSeen.set(name, text);
  return before === undefined ? shown.innerHTML === text : before === text;
}

function replace(shown, fresh) {
  const typed = new Map([...shown.querySelectorAll(FIELDS)].map((field) => [field.id, field.value]));
  const matter = matterOf(shown);
  const open = [...shown.querySelectorAll("[data-panel]:not([hidden])")].map((panel) => panel.dataset.panel);
  const held = shown.contains(document.activeElement) ? handle(document.activeElement) : null;
  const begun = [...shown.querySelectorAll("[data-sound][data-opened]")];
  const listening = begun.some((sound) => sound.contains(document.activeElement)) ? document.activeElement : null;
  shown.replaceChildren(...fresh.childNodes);
  begun.forEach((sound) => playOn(shown, sound));
  for (const field of shown.querySelectorAll(FIELDS)) {
    if (typed.get(field.id)) field.value = typed.get(field.id);
  }
  if (matterOf(shown) === matter) open.forEach((name) => leaveOpen(shown, name));
  if (listening?.isConnected) listening.focus();
  else if (held) (shown.querySelector(held) ?? shown.querySelector("[tabindex='-1']"))?.focus();
}

// a recording that somebody listens to goes on where it is; put back in the same turn, it is not even paused
function playOn(region, sound) {
  region.querySelector(`[data-sound="${CSS.escape(sound.dataset.sound)}"]`)?.replaceWith(sound);
}

// what was opened for this matter stays open while it is the same one in the same state
function matterOf(region) {
  const card = region.querySelector(".card");
  return card ? `${card.dataset.token} ${card.dataset.state}` : "";
}

function leaveOpen(region, name) {
  const panel = region.querySelector(`[data-panel="${name}"]`);
  if (!panel) return;
  panel.hidden = false;
  region.querySelector(`[data-open="${name}"]`)?.setAttribute("aria-expanded", "true");
}

// how to find the same control again in the new region
function handle(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  for (const { name, value } of element.attributes) {
    if (name.startsWith("data-")) return `[${name}="${CSS.escape(value)}"]`;
  }
  return "[tabindex='-1']";
}
