// Asking the server: one place that knows the anti-forgery word and what a lost session looks like.

const main = document.getElementById("main");

export async function get(path, more = {}) {
  const headers = { Accept: "application/json, text/html", ...more };
  return rested(answered(await fetch(path, { headers, cache: "no-store" })));
}

export async function post(path, fields = {}) {
  return answered(
    await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf() },
      body: JSON.stringify(fields),
    }),
  );
}

export function csrf() {
  return main.dataset.csrf;
}

let leaving = false;

// a form on its way (signing out at the city's sign-in, too) is not overtaken by an answer that she is signed out
addEventListener("submit", (event) => (leaving ||= !event.defaultPrevented));
addEventListener("pageshow", ({ persisted }) => persisted && (leaving = false));

export function toTheDoor() {
  if (!leaving) location.assign("/console/sign-in");
  leaving = true;
}

// While callers need the machine, what only shows is asked for more seldom; the server says for how long.
const busy = document.getElementById("busy");
let quietUntil = 0;

export function quiet() {
  return Date.now() < quietUntil;
}

// milliseconds until it may be asked again
export function quietFor() {
  return Math.max(0, quietUntil - Date.now());
}

export function rested(answer) {
  const seconds = answer.status === 503 ? Number(answer.headers.get("Retry-After")) : 0;
  if (seconds > 0) quietUntil = Date.now() + seconds * 1000;
  if (busy && (seconds > 0 || answer.ok) && busy.hidden === seconds > 0) {
    busy.hidden = !(seconds > 0);
    busy.textContent = seconds > 0 ? busy.dataset.words : "";
  }
  return answer;
}

function answered(answer) {
  // a page asked for without a session is redirected to the sign-in page; so is the agent
  if (answer.status === 401 || (answer.redirected && answer.url.includes("/sign-in"))) {
    toTheDoor();
    throw new Error("signed out");
  }
  return answer;
}
