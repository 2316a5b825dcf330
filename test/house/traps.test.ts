import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { HOST_COMMANDS, RESTORE_TEMPLATES } from '../../src/domain/host-command.ts';
import { loadShelves } from '../../src/io/shelves.ts';

/** What looks like a repair and makes things worse -> the tests on real servers that it is not done. */
const TRAPS: Readonly<Record<string, readonly [file: string, test: string][]>> = {
  'what an empty or idle server holds looks like fragmentation': [
    ['live/traps', 'what an empty server takes beside its data is no memory to give back'],
  ],
  'memory that does not count against maxmemory looks like a full server': [
    ['live/traps', 'what waits for replicas does not count against maxmemory, and is no reason to raise it'],
  ],
  'an RDB beside an append-only file is not loaded, and the server comes up empty': [
    ['live/restore', 'an empty server with AOF'],
    ['live/restore', 'a server with other data, AOF and save points'],
  ],
  'REPLICAOF NO ONE and REPLICAOF again forces a full copy and opens a window for writes that vanish': [
    ['live/actions', 're-slave takes a full copy and accepts no write on the way'],
    ['live/traps', 'its link is not dropped where the backlog no longer has what it lacks'],
    ['chaos/re-slave', 'a replica copies everything again'],
  ],
  'promoting beside a primary that lives is a split brain': [
    ['live/lost-primary', 'the replica with the most data replaces a dead primary, the other goes on from its backlog'],
    ['live/lost-primary', 'a primary that answers in whatever words is not dead'],
    ['chaos/split-brain', 'one of two primaries becomes a replica again'],
  ],
  'following the wrong way round, or an empty server, wipes the data everywhere': [
    ['live/traps', 'it does not copy a primary that has lost its data'],
    ['live/traps', 'a primary is never turned into the replica of its own replica'],
    ['live/lost-primary', 'an empty replica of a dead primary is not promoted'],
    ['live/lost-primary', 'an emptied primary does not wipe the one that still has the data, and equals need a person'],
  ],
  'REPLICAOF in a cluster or under Sentinel fails or is undone': [
    ['live/failover', 'refuses while Sentinel cannot or should not'],
    ['live/failover', 'a dead primary without a successor: by force with the majority, by takeover without'],
  ],
  'parameters that are immutable, protected or a credential': [
    ['live/settings-refusals', 'what $engine itself calls immutable or protected is refused with what to do'],
    ['live/settings-refusals', 'secrets are not set from here, though the server would take them'],
  ],
  'CONFIG is renamed, or kept by the service': [
    ['live/settings-refusals', 'a server without CONFIG is told by its own words'],
    ['live/managed-services', 'an action that the service keeps to itself is refused with where to do it'],
  ],
  'a login may do more than it needs, or as a whole nothing': [
    ['live/least-privilege', 'a login for one kind of repair may send what that kind sends, and nothing of another'],
  ],
  'a login that failed goes on as the default user': [
    ['live/traps', 'a login that fails ends there: nothing is sent as the user that needs no password'],
  ],
  'a save on a replica whose disk fails ends its process': [
    ['live/settings-refusals', 'none on a replica whose disk is suspect: the next error would end it'],
    ['live/settings-effects', 'a guarded replica survives the next write; one that is not ends'],
  ],
  'a lower limit or an evicting policy deletes data': [
    ['live/settings-refusals', 'a limit below what is used would refuse writes'],
    ['live/settings-refusals', 'a policy that deletes is not for a store'],
    ['live/settings-refusals', 'no step that evicts more than a twentieth'],
  ],
  'CONFIG REWRITE without a file': [
    ['live/settings-refusals', 'a server without a file is not rewritten, and refuses that itself'],
  ],
  'another server answers at the address that was approved': [
    ['live/traps', 'another server behind the same address, as behind a proxy'],
  ],
  'CONFIG SET as a way to write files, or to take a password': [
    ['io/redis/servers', 'what opens files or doors is set by nobody, though the server would take it'],
  ],
  'no memory for what a larger setting may take': [
    ['live/settings-refusals', 'memory for buffers of replicas'],
    ['live/settings-refusals', 'memory for a longer history'],
    ['live/settings-refusals', 'memory for connections'],
  ],
  'a replica of a replica': [['live/traps', 'nor one that is a replica itself']],
  'a second fork beside the first, or one for which there is no memory': [
    ['live/settings-refusals', 'none beside another'],
    ['live/settings-refusals', 'none for which there is no memory'],
    ['live/settings-refusals', 'none onto a disk that failed'],
  ],
  'defragmentation on a build that cannot': [
    ['live/settings-refusals', 'is asked for on $engine only where it may work, and changes nothing where it does not'],
  ],
  'CLIENT KILL of a whole class': [
    ['live/actions', 'kill-client closes the connection that does not read, and no other'],
    ['live/clients', 'a replica, its primary and redis-medic are never closed, whoever names them'],
  ],
  'scripts are forgotten that callers know by their hash alone': [
    ['live/clients', 'cached scripts are forgotten, functions stay, and callers of EVALSHA are asked for first'],
  ],
  'SENTINEL RESET while it fails over, or of what it would forget': [
    ['live/sentinel-repair', 'would make the Sentinels forget it'],
  ],
  'a replica that is opened for writes': [
    ['live/traps', 'a replica is not opened for writes that its next copy would wipe'],
  ],
  'requiring more replicas than are in touch stops all writes': [
    ['live/traps', 'no more replicas are required than are in touch'],
    ['live/failover', 'would refuse every write'],
  ],
  'a script that has written cannot be ended': [
    ['live/scripts-and-memory', 'one that has written is left alone: the server says so, and nothing else is sent'],
  ],
  'keys of foreign slots cannot be reached after a restore into a cluster': [
    ['live/restore', 'a cluster node, whose slots the keys may not belong to'],
    ['live/restore-keys-cluster', 'the keys of a slot that has gone are left out and counted'],
    ['live/restore-keys-cluster', 'a slot that goes away during the run is counted, and no redirect is followed'],
  ],
  'a corrupt file ends the server that loads it': [
    ['live/restore', 'a file that was changed is never served'],
    ['chaos/restore', 'a backup replaces what a server holds'],
  ],
  'a replica that takes over for a dead owner, and slots that are given away instead': [
    ['live/cluster-repair', 'a lost owner whose replica lives is no reason to give its slots away'],
  ],
};

test.each(Object.entries(TRAPS))('%s', (_trap, tests) => {
  const gone = tests.filter(([file, text]) => !sourceOf(file).includes(text));
  expect(gone).toEqual([]);
  const onPaper = tests.filter(
    ([file]) => !/startRedis|startCluster|lasting\(|lastingGroup|refused on a service/.test(sourceOf(file)),
  );
  expect(onPaper.map(([file]) => file).filter((file) => file !== 'live/managed-services')).toEqual([]);
});

function sourceOf(file: string): string {
  return readFileSync(new URL(`../${file}.test.ts`, import.meta.url), 'utf8');
}

/** What no action sends, whatever it is called in a runbook. */
const NEVER = [
  /^FLUSH(ALL|DB)$/,
  /^DEBUG\b/,
  /^SHUTDOWN$/,
  /^KEYS$/,
  /^MONITOR$/,
  /^MODULE\b/,
  /^SAVE$/,
  /^CLUSTER (RESET|FLUSHSLOTS)$/,
  /^(CONFIG|SLOWLOG|LATENCY) (RESETSTAT|RESET)$/,
];

test('no host is asked to cut a file off, to empty a folder, or to kill a process', () => {
  // It writes into a file of its own alone, and cuts nothing off there either.
  const { receive } = RESTORE_TEMPLATES;
  expect(receive).toContain('of={data}/medic-incoming.part');
  expect(receive).toContain('conv=notrunc,fsync');
  const words = HOST_COMMANDS.filter((template) => template !== receive).flat();
  expect(words.length).toBeGreaterThan(100);
  expect(words.filter((word) => /--fix|-r[f]?$|kill|redis-cli|\bdd\b|truncate/i.test(word))).toEqual([]);
});

test('no action sends what is never the remedy', async () => {
  const { actions } = await loadShelves();
  const heads = [...actions].flatMap(([id, { sends }]) => sends.map((head) => [id, head.join(' ')] as const));
  expect(heads.length).toBeGreaterThan(30);
  expect(heads.filter(([, head]) => NEVER.some((never) => never.test(head)))).toEqual([]);
});
