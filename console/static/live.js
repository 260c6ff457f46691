// Hints that something has changed: a stream from the events process, and polling every 3 s while there is none.

import { csrf, get, toTheDoor } from "./server.js";

const QUIET_POLL = 5; // with a stream open, every fifth poll still asks: a hint may be lost

// ``heard``: whether this page's telephone is the one that rings. Returns what tells the heartbeat of the telephone.
export function follow(look, trouble, busy = () => false, fields = {}, heard = () => {}) {
  let open = false;
  let polls = 0;
  let wait = 1000;

  async function connect() {
    try {
      const { url } = await (await get("/console/events-ticket")).json();
      const stream = new EventSource(url);
      stream.onopen = () => {
        open = true;
        wait = 1000;
        look();
      };
      stream.onmessage = (message) => {
        if (JSON.parse(message.data).changed) look();
      };
      stream.onerror = () => {
        open = false;
        stream.close(); // a ticket is good for a minute only: a new stream needs a new one
        again();
      };
    } catch {
      again();
    }
  }

  function again() {
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, 15000);
  }

  const worker = new Worker("/console/static/beat.js");
  worker.onmessage = ({ data: { kind, telephone } }) => {
    if (kind === "signed-out") toTheDoor();
    if (kind === "lost" || kind === "alive") trouble(kind === "lost");
    if (kind === "alive" && telephone) heard(telephone);
    if (kind === "poll" && (!open || busy() || ++polls % QUIET_POLL === 0)) look();
  };
  const tell = (said) => worker.postMessage({ word: csrf(), fields: said });
  tell(fields);
  connect();
  return tell;
}
