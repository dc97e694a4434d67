// Latency of graphile-worker, from before the send to the handler, at a steady rate: to be run beside
// `howdah bench job --only latency`, on the same PostgreSQL, in a database of its own. Prints milliseconds.
//
//     npm install graphile-worker
//     node graphile-worker-latency.mjs postgres://user@localhost/a_database 100 20
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";

const [connectionString, rate = 100, seconds = 20] = process.argv.slice(2);
const warmUp = 2000;
const pgPool = new pg.Pool({ connectionString, max: 20 });
pgPool.on("error", console.error);
const utils = await makeWorkerUtils({ pgPool });
await utils.migrate();
await pgPool.query("delete from graphile_worker._private_jobs");

const count = Number(rate) * Number(seconds);
const latencies = [];
const now = () => Number(process.hrtime.bigint()) / 1e6;
let handled = 0;
let whenHandled;
const runner = await run({
  pgPool,
  concurrency: 10,
  noHandleSignals: true,
  logger: new Logger(() => () => {}),
  taskList: {
    job0: async ({ sent, warm }) => {
      if (!warm) latencies.push(now() - sent);
      handled++;
      whenHandled?.();
    },
  },
});

async function sendAt(perSecond, jobs, warm) {
  const goal = handled + jobs;
  const start = now();
  for (let i = 0; i < jobs; i++) {
    const due = start + (i * 1000) / perSecond;
    while (now() < due) {
      const left = due - now();
      await new Promise((resolve) => (left > 2 ? setTimeout(resolve, left - 2) : setImmediate(resolve)));
    }
    await utils.addJob("job0", { sent: now(), warm, note: "x".repeat(150) });
  }
  await new Promise((resolve) => {
    whenHandled = () => handled >= goal && resolve();
    whenHandled();
  });
}

await sendAt(500, warmUp, true);
await sendAt(Number(rate), count, false);
latencies.sort((a, b) => a - b);
const percentile = (p) => latencies[Math.min(count - 1, Math.floor((count * p) / 100))].toFixed(2);
console.log(`at ${rate}/s: p50 ${percentile(50)}, p95 ${percentile(95)}, p99 ${percentile(99)} ms`);
await runner.stop();
await utils.release();
await pgPool.end();
