// Hints that something has changed: a stream from the events process, and polling every 3 s while there is none.

import { csrf, toTheDoor } from "./server.js";
import { stream } from "./stream.js";

const QUIET_POLL = 5; // with a stream open, every fifth poll still asks: a hint may be lost

// ``heard``: whether this page's telephone is the one that rings. Returns what tells the heartbeat of the telephone.
export function follow(look, trouble, busy = () => false, fields = {}, heard = () => {}) {
  let polls = 0;
  const open = stream(look, look);

  const worker = new Worker("/console/static/beat.js");
  worker.onmessage = ({ data: { kind, telephone } }) => {
    if (kind === "signed-out") toTheDoor();
    if (kind === "lost" || kind === "alive") trouble(kind === "lost");
    if (kind === "alive" && telephone) heard(telephone);
    if (kind === "poll" && (!open() || busy() || ++polls % QUIET_POLL === 0)) look();
  };
  const tell = (said) => worker.postMessage({ word: csrf(), fields: said });
  tell(fields);
  return tell;
}
