/* The lab's addresses, as functions. Nothing is shown here. */

const phone = (number) => `/lab/phones/${encodeURIComponent(number)}`;

async function ask(path, body) {
  const answer = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  const error = new Error(said.reason || said.message || `The emulator answered ${answer.status}.`);
  error.status = answer.status;
  throw error;
}

const rows = (said, name) => (Array.isArray(said) ? said : said[name] || []);

export const lab = {
  clock: () => ask('/lab/clock'),
  setClock: (change) => ask('/lab/clock', { business_time: null, rate: null, ...change }),
  numbers: async () => rows(await ask('/lab/numbers'), 'numbers'),
  phones: async () => rows(await ask('/lab/phones'), 'phones'),
  phone: (number) => ask(phone(number)),
  put: (number, label) => ask('/lab/phones', { number, label }),
  behave: (number, behaviour) => ask(`${phone(number)}/behaviour`, behaviour),
  active: async () => rows(await ask('/lab/calls?active=1'), 'calls'),
  call: (sid, since) => ask(`/lab/calls/${sid}?since=${since}&wait=0`),
  ring: (from, to) => ask('/lab/calls', { from, to }),
  press: (sid, digits) => ask(`/lab/calls/${sid}/press`, { digits }),
  speak: (sid, words) => ask(`/lab/calls/${sid}/speak`, words),
  say: (sid, text) => ask(`/lab/calls/${sid}/say`, { text }),
  typing: (sid) => ask(`/lab/calls/${sid}/typing`, {}),
  sound: (sid) => `/lab/recordings/${sid}.wav`,
  act: (sid, action) => ask(`/lab/calls/${sid}/${action}`, {}),
  practising: async () => rows(await ask('/lab/practice'), 'residents'),
  practise: (wish) => ask('/lab/practice', wish),
  practiceLines: async (script) => rows(await ask(`/lab/practice/${script}`), 'lines'),
  stopPractising: (script) => ask(`/lab/practice/${script}/stop`, {}),
  errors: async () => rows(await ask('/lab/errors'), 'errors'),
};
