/**
 * One worker process for the crash stories: opens the store, takes an approved run through and kills itself with
 * SIGKILL at the n-th boundary (a commit, or the moment before or after a command is sent).
 * Arguments: data folder, redis port, boundary (0: never), the playbook to begin with or `recover`.
 */

import { executeRun } from '../../src/flow/run/execute.ts';
import { recoverRuns } from '../../src/flow/run/recover.ts';
import { openStore } from '../../src/io/store/open-store.ts';
import { beginRun, crashPorts } from './crash-ports.ts';

const [folder = '', port = '', boundary = '0', mode = 'recover'] = process.argv.slice(2);
const store = await openStore({ folder });
const ports = await crashPorts(store, Number(port), boundary);
if (mode !== 'recover') {
  const run = await beginRun(ports, mode);
  ports.arm();
  await executeRun(ports, run);
} else {
  await Promise.all(await recoverRuns(ports, true));
  for (const run of await store.transaction((tx) => tx.runs({ states: ['queued'], limit: 10 }))) {
    await executeRun(ports, run.id);
  }
}
process.stdout.write(`boundaries ${ports.passed()}\n`);
await store.close();
