/**
 * One worker process for the crash stories: opens the store, takes an approved run through and kills itself with
 * SIGKILL at the n-th boundary (a commit, or the moment before or after a command is sent).
 * Arguments: data folder, redis ports with commas between, boundary (0: never), the playbook to begin with or `recover`,
 * and the server that a person asks for it on, where it is not proposed by a diagnosis.
 */

import { executeRun } from '../../src/flow/run/execute.ts';
import { recoverRuns } from '../../src/flow/run/recover.ts';
import { openStore } from '../../src/io/store/open-store.ts';
import { answerAll, beginByHand, beginRun, crashPorts } from './crash-ports.ts';

const [folder = '', servers = '', boundary = '0', mode = 'recover', node] = process.argv.slice(2);
const store = await openStore({ folder });
const ports = await crashPorts(store, servers.split(',').map(Number), boundary);
const person = answerAll({ ...ports, store });
if (mode !== 'recover') {
  const run = await (node === undefined ? beginRun(ports, mode) : beginByHand(ports, mode, node));
  ports.arm();
  await executeRun(ports, run);
} else {
  await Promise.all(await recoverRuns(ports, true));
  for (const run of await store.transaction((tx) => tx.runs({ states: ['queued'], limit: 10 }))) {
    await executeRun(ports, run.id);
  }
}
person.stop();
process.stdout.write(`boundaries ${ports.passed()}\n`);
await store.close();
