/**
 * Diagnoses many targets from what is kept of them and tells how long it took and how much memory.
 * Arguments: URL of the database, a folder, how many targets (`many-0` ...), how many at a time, and the servers that they name.
 */
import { TargetName } from '../src/domain/ids.ts';
import { parseNodeName, type Target } from '../src/domain/target.ts';
import { diagnose } from '../src/flow/diagnose.ts';
import { pastOf } from '../src/flow/past.ts';
import { openStore } from '../src/io/store/open-store.ts';
import { realPorts } from '../test/support/real-ports.ts';
import { plainTarget } from '../test/support/target.ts';

const [databaseUrl = '', folder = '', count = '', atATime = '', ...servers] = process.argv.slice(2);
const store = await openStore({ databaseUrl, folder });
const ports = await realPorts(store, [], []);
const targets = Array.from({ length: Number(count) }, (_, at) => targetOf(at));
const megabytes = () => Math.round(process.memoryUsage.rss() / 1024 / 1024);
const idleMegabytes = megabytes();

let most = idleMegabytes;
const watching = setInterval(() => {
  most = Math.max(most, megabytes());
}, 20);
const began = performance.now();
await Promise.all(Array.from({ length: Number(atATime) }, work));
const tookMs = Math.round(performance.now() - began);
clearInterval(watching);
process.stdout.write(JSON.stringify({ tookMs, megabytes: Math.max(most, megabytes()), idleMegabytes }));
await store.close();

/** Takes one after the other until none is left. */
async function work(): Promise<void> {
  for (let target = targets.shift(); target; target = targets.shift()) {
    const { report } = await diagnose(ports, target, { seconds: 2, past: await pastOf(store, target) });
    if (report.windowSeconds === undefined || report.nodes.some(({ reachable }) => !reachable)) {
      throw new Error(`${target.name} was not read: ${JSON.stringify(report)}`);
    }
  }
}

function targetOf(at: number): Target {
  const seed = parseNodeName(servers[at % servers.length] ?? '');
  return plainTarget({ name: TargetName.parse(`many-${at}`), seeds: [seed], purpose: 'store' });
}
