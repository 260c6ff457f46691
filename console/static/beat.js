// A worker's timers are not slowed down when the page is in the background: an agent who reads another tab stays alive.

let word = "";
let fields = {};

async function beat() {
  try {
    const answer = await fetch("/console/heartbeat", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": word },
      body: JSON.stringify(fields),
    });
    if (answer.status === 401) postMessage({ kind: "signed-out" });
    else if (answer.ok) postMessage({ kind: "alive", telephone: (await answer.json()).telephone });
    else postMessage({ kind: "lost" });
  } catch {
    postMessage({ kind: "lost" });
  }
}

onmessage = ({ data }) => {
  const first = !word;
  const changed = JSON.stringify(data.fields) !== JSON.stringify(fields);
  word = data.word;
  fields = data.fields;
  if (first || changed) beat(); // what has become of the telephone is told at once
  if (!first) return;
  setInterval(beat, 5000);
  setInterval(() => postMessage({ kind: "poll" }), 3000);
};
