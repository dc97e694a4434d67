// Drains jobs with graphile-worker, its local queue and batching on: to be run beside `howdah bench job --only drain`, on the
// same PostgreSQL, in a database of its own. Prints jobs a second, for each round.
//
//     npm install graphile-worker
//     node graphile-worker.mjs postgres://user@localhost/a_database 100000 3
import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";

const [connectionString, jobs = 100_000, rounds = 3] = process.argv.slice(2);
const count = Number(jobs);
const pgPool = new pg.Pool({ connectionString, max: 20 });
pgPool.on("error", console.error);
const utils = await makeWorkerUtils({ pgPool });
await utils.migrate();

for (let round = 0; round < Number(rounds); round++) {
  await pgPool.query("delete from graphile_worker._private_jobs");
  await pgPool.query(
    `select count(*)
       from graphile_worker.add_jobs(array(
                select json_populate_record(null::graphile_worker.job_spec, json_build_object(
                           'identifier', 'job0', 'payload', json_build_object('x', repeat('x', 190))))
                  from generate_series(1, $1)))`,
    [count],
  );
  await pgPool.query("vacuum analyze graphile_worker._private_jobs");
  let done = 0;
  let end;
  const all = new Promise((resolve) => (end = resolve));
  const start = process.hrtime.bigint();
  const runner = await run({
    pgPool,
    noHandleSignals: true,
    taskList: { job0: async () => void (++done === count && end()) },
    preset: {
      worker: {
        logger: new Logger(() => () => {}),
        concurrentJobs: 24,
        localQueue: { size: 500 },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
  });
  await all;
  await runner.stop(); // until the last end is written
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const left = (await pgPool.query("select count(*) from graphile_worker._private_jobs")).rows[0].count;
  console.log(`${Math.round(count / seconds)}/s, ${left} left`);
}
await utils.release();
await pgPool.end();
