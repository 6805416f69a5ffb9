// Plays one release inside a network namespace; run.ts starts it. Prints what was seen as JSON.
import { parseArgs } from 'node:util';
import { Arena } from './arena.ts';
import { cases, playCases } from './play.ts';

const { values } = parseArgs({
  options: {
    release: { type: 'string', default: '' },
    edge: { type: 'string', default: '' },
    cloud: { type: 'string', default: '' },
    'go-version': { type: 'string', default: '' },
    case: { type: 'string', default: '' },
  },
});
const { release, edge, cloud } = values;
const chosen = cases.filter((one) => one.name.includes(values.case));
await using arena = await Arena.open(release, { edge, cloud, goVersion: values['go-version'] });
const started = Date.now();
const seen = await playCases(arena, release, chosen, (text) =>
  process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1)} s  ${text}\n`),
);
process.stdout.write(JSON.stringify(seen));
