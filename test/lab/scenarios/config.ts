import { parseInfo } from '../../../src/domain/info.ts';
import { textReply } from '../../../src/domain/probe.ts';
import { pipeline, populate, type Scenario } from '../lab.ts';

const quick = { seconds: 0.2 };

/** Settings that wait for their day, and such as only look odd. */
export const config: readonly Scenario[] = [
  {
    ...quick,
    name: 'a replica would be full at once if it were promoted',
    finds: { 'config-drift-group': 'warning' },
    async arrange(lab) {
      const primary = await lab.start(['--maxmemory', '200mb']);
      await populate(primary, 30_000, 400);
      const replica = await lab.replica(primary);
      const used = parseInfo(textReply(await primary.send('INFO', 'memory'))).number('used_memory') ?? 0;
      await replica.send('CONFIG', 'SET', 'maxmemory', String(Math.ceil(used * 1.1)));
      return [primary];
    },
  },
  {
    ...quick,
    name: 'members that differ in what hurts nobody today, and a replica that saves for both',
    finds: { 'config-drift-group': 'info' },
    async arrange(lab) {
      const primary = await lab.start(['--repl-backlog-size', '32mb']);
      await lab.replica(primary, ['--appendonly', 'yes', '--timeout', '300']);
      return [primary];
    },
  },
  {
    ...quick,
    name: 'CONFIG has a secret name',
    finds: { 'command-renamed': 'info' },
    arrange: async (lab) => [await lab.start(['--rename-command', 'CONFIG', 'SECRET'])],
  },
  {
    ...quick,
    name: 'odd settings: huge compact hashes, a fast clock, two databases',
    finds: { 'encoding-limits-extreme': 'info', 'hz-extreme': 'info', 'multiple-logical-dbs': 'info' },
    async arrange(lab) {
      const server = await lab.start(['--hash-max-ziplist-entries', '100000', '--hz', '400']);
      await pipeline(server, [
        ['SET', 'a', '1'],
        ['SELECT', '1'],
        ['SET', 'b', '1'],
      ]);
      return [server];
    },
  },
];
