// `node packages/scenarios/bench/predict.ts [nodes] [pods]`: time and memory of a prediction, as a command
// takes it.
import { generateDump } from '../src/twin/generate-dump.test-support.ts';
import { predict } from '../src/twin/predict.ts';
import { predictionJson } from '../src/twin/prediction-json.ts';
import { readDump } from '../src/twin/read-dump.ts';

const [nodes = 2_000, pods = 20_000] = process.argv.slice(2).map(Number);
const { text } = generateDump({ nodes, pods, seed: 1 });
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
const peak = () => megabytes(process.resourceUsage().maxRSS * 1024);
console.log(`${nodes} nodes, ${pods} pods, ${megabytes(text.length)} of JSON; peak RSS so far ${peak()}`);
const started = performance.now();
const dump = readDump([{ name: 'cluster.json', text }]);
const read = performance.now();
const prediction = await predict(dump, { seed: 1 });
const predicted = performance.now();
const json = predictionJson(prediction, 'en');
const written = performance.now();
const seconds = (from: number, to: number) => `${((to - from) / 1_000).toFixed(2)} s`;
console.log(
  `read ${seconds(started, read)}, placed and played ${prediction.plays.length} worlds ${seconds(read, predicted)}, ` +
    `wrote ${megabytes(json.length)} of JSON ${seconds(predicted, written)}; peak RSS ${peak()}`,
);
