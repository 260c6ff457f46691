// The service's business time in the browser. It may run faster than ours when the service is being tried out, so its
// pace is measured between two answers.

let known = null; // { business, here } in milliseconds
let rate = 1;

export function heard(iso) {
  const business = Date.parse(iso);
  const here = performance.now();
  if (Number.isNaN(business)) return;
  if (known && here - known.here > 1500) {
    const measured = (business - known.business) / (here - known.here);
    rate = measured > 1.5 && measured < 600 ? Math.round(measured) : 1;
  }
  if (!known || here - known.here > 1500 || Math.abs(business - now()) > 2000 * rate) known = { business, here };
}

export function now() {
  return known ? known.business + (performance.now() - known.here) * rate : Date.now();
}

export function tick() {
  for (const shown of document.querySelectorAll("[data-since]")) write(shown, now() - Date.parse(shown.dataset.since));
  for (const shown of document.querySelectorAll("[data-until]")) write(shown, Date.parse(shown.dataset.until) - now());
  for (const shown of document.querySelectorAll("[data-deadline]")) hold(shown, Date.parse(shown.dataset.deadline) - now());
}

// a promise still holds, or has been over for so long: the words say which
function hold(shown, left) {
  const words = left >= 0 ? shown.dataset.holds : shown.dataset.over;
  shown.classList.toggle("deadline-over", left < 0);
  put(shown, words.replace("{time}", spelt(Math.abs(left))));
}

function write(shown, milliseconds) {
  put(shown, spelt(milliseconds));
}

function put(shown, text) {
  if (shown.textContent !== text) shown.textContent = text;
}

function spelt(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return `${hours ? `${hours}:` : ""}${hours ? String(minutes).padStart(2, "0") : minutes}:${String(seconds % 60).padStart(2, "0")}`;
}
