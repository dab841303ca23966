/**
 * What serve, its routers and `rank --run` withstand under load. One row at a time:
 *
 *   npm run build
 *   node benchmark/scale-out.js survive [--router nginx|litellm|ray] [--seconds 120] [--clients 100]
 *   node benchmark/scale-out.js overhead [--router nginx|litellm]
 *   node benchmark/scale-out.js fairness
 *   node benchmark/scale-out.js event-loop [--seconds 60] [--clients 200]
 *   node benchmark/scale-out.js client
 *   node benchmark/scale-out.js memory [--minutes 20]
 *   node benchmark/scale-out.js capacity [--model rerank-en-v1]
 *   node benchmark/scale-out.js bulk-memory [--pairs 1000000]
 *   node benchmark/scale-out.js bulk-kill [--pairs 100000]
 *   node benchmark/scale-out.js bulk-speed [--pairs 50000]
 *
 * NGINX_PROGRAM, LITELLM_PROGRAM and RAY_SERVE_PROGRAM name programs that are not on the path. Prints one JSON object; exits with 1 when an
 * answer was wrong or lost, or an output differed. Times are meaningful only on an otherwise idle machine. Linux only.
 */
import { parseArgs } from "node:util";

const ROWS = {
  survive: "./scale-out/survive.js",
  overhead: "./scale-out/overhead.js",
  fairness: "./scale-out/fairness.js",
  "event-loop": "./scale-out/event-loop.js",
  client: "./scale-out/client-throughput.js",
  memory: "./scale-out/serve-memory.js",
  capacity: "./scale-out/capacity.js",
  "bulk-memory": "./scale-out/bulk-memory.js",
  "bulk-kill": "./scale-out/bulk-kill.js",
  "bulk-speed": "./scale-out/bulk-speed.js",
};

const text = { type: "string" };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { router: text, seconds: text, clients: text, minutes: text, model: text, pairs: text },
});
const [name] = positionals;
if (!name || !(name in ROWS)) throw new Error(`name one of: ${Object.keys(ROWS).join(", ")}`);
const numbers = ["seconds", "clients", "minutes", "pairs"].filter((option) => option in values);
const options = { ...values, ...Object.fromEntries(numbers.map((option) => [option, Number(values[option])])) };
const { measure } = await import(ROWS[name]);
const { ok = true, ...result } = await measure(options);
console.log(JSON.stringify({ row: name, ...options, ...result }, null, 2));
process.exit(ok ? 0 : 1);
