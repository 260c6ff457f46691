// Asking the server: one place that knows the anti-forgery word and what a lost session looks like.

const main = document.getElementById("main");

export async function get(path) {
  return answered(await fetch(path, { headers: { Accept: "application/json, text/html" }, cache: "no-store" }));
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

function answered(answer) {
  // a page asked for without a session is redirected to the sign-in page; so is the agent
  if (answer.status === 401 || (answer.redirected && answer.url.includes("/sign-in"))) {
    toTheDoor();
    throw new Error("signed out");
  }
  return answer;
}
