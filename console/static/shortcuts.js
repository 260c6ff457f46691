// Which button a key presses: the first of its selectors that is on the page. The keys themselves are words.

export const PANELS = ["decline", "bad_moment", "interpreter", "transfer", "behalf", "emergency", "refuse-recording"];
export const BUTTONS = {
  answer: ["[data-answer]"],
  decline: ['[data-open="decline"]'],
  hang_up: ["[data-hang-up]"],
  bad_moment: ['[data-open="bad_moment"]'],
  done: ['[data-outcome="done"]'],
  stands: ['[data-outcome="stands"]'],
  machine: ['[data-outcome="machine"]'],
  cancelled: ['[data-outcome="cancelled"]'],
  hold: ["button[data-hold]"],
  recording: ["[data-pause-recording]"],
  listen: [".card [data-sound-toggle]", ".card [data-open-sound] button"],
  mute: ["[data-mute]"],
  transfer: ['[data-open="transfer"]'],
  promise: [".tool[data-promise]", "[data-promise-panel]"],
  emergency: ['[data-open="emergency"]'],
  abusive: ["[data-abusive]"],
  leave: ['[data-transfer-step="complete"]'],
  join: ['[data-transfer-step="join"]'],
  take_back: ['[data-transfer-step="take-back"]'],
  available: ['.presence [data-presence="available"][aria-pressed="false"]', '.presence [data-presence="away"]'],
};
