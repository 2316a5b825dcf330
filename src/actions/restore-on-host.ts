import { defineAction, type Scene } from '../domain/action.ts';
import { transferSeconds } from '../domain/headroom.ts';
import { momentOf, type RestoreSource, restoreStep, sizeOf } from '../domain/host-restore.ts';
import { replicasOf } from '../domain/snapshot.ts';
import { bytes, duration } from '../domain/units.ts';
import { nameOf, RESTORE_NEEDS, RestoreArgs, type RestoreSite, restoreSite } from '../probes/host-restore.ts';
import keyspace from '../probes/keyspace.ts';
import memory from '../probes/memory.ts';
import replication from '../probes/replication.ts';

/** A start may take this many times as long as loading is expected to, and never less than a minute. */
const START_MARGIN = 10;

/** Stops a server, moves its data aside, puts a staged backup in its place and starts it again. */
export default defineAction({
  args: RestoreArgs,
  needs: [...RESTORE_NEEDS, keyspace, replication],
  sends: [],
  risks: ['host'],
  plan(given, scene) {
    const site = restoreSite(scene, given);
    if ('refused' in site) return site;
    const { facts, values, source, args } = site;
    const { node } = scene;
    const step = (...words: [Parameters<typeof restoreStep>[1], Parameters<typeof restoreStep>[3]?]) =>
      restoreStep(node.name, words[0], values, words[1]);
    const shows = (reading: string, value: string) => ({ node: node.name, reading: `persistence.${reading}`, value });
    const loaded = shows('loading', '0');
    const start = step('start', {
      applied: [loaded],
      until: {
        shows: [loaded, shows('aof_enabled', facts.aof ? '1' : '0')],
        withinSeconds: Math.min(3600, 60 + Math.ceil(loadSeconds(scene, source) * START_MARGIN)),
      },
    });
    // Nothing is moved under a server that runs: it would write over what is put there.
    const move = (name: Parameters<typeof restoreStep>[1]) => step(name, { unless: [loaded] });
    return {
      args,
      commands: [step('stop'), step('aside'), step(facts.aof ? 'placeAof' : 'placeSnapshot'), start],
      undo: [step('makeAfter'), step('stop'), step('newAside'), step('back'), start],
      otherwise: [step('stop'), move('newAofFolderAway'), move('newAofFileAway'), move('back'), start],
      undoOtherwise: [
        step('stop'),
        ...(['makeAfterAnyway', 'newSnapshotAside', 'newAofFolderAside', 'newAofFileAside', 'back'] as const).map(move),
        start,
      ],
      impact: impactOf(scene, site),
      risk: 'host',
      // Not the process: that is another one afterwards, also when this is taken back. The step before watches it.
      watches: ['replication.role', 'persistence-config.appendonly', 'persistence-config.save'].map((reading) => ({
        node: node.name,
        reading,
      })),
    };
  },
});

/** A server reads its file about as fast as a full sync brings it; what is there now may be loaded again as well. */
function loadSeconds(scene: Scene, source: RestoreSource): number {
  const { used_memory_dataset: data, used_memory: used } = scene.read(memory);
  return transferSeconds(Math.max(sizeOf(source), data ?? used));
}

function impactOf(scene: Scene, { facts, values, source }: RestoreSite): string[] {
  const { data, stamp, unit } = values;
  const { node, snapshot } = scene;
  const { keys } = scene.read(keyspace);
  const { used_memory: used } = scene.read(memory);
  const followers = replicasOf(snapshot, node).map(({ name }) => name);
  const size = sizeOf(source);
  const moment = new Date(momentOf(source)).toISOString();
  const stop = facts.aof
    ? 'it writes out what is left of its append-only file'
    : `it saves, about ${duration(facts.saveSeconds)}`;
  return [
    `${node.name} is down from the stop of ${unit} (${stop}) until the backup of ${bytes(size)} is loaded, about ${duration(transferSeconds(size))}: clients cannot connect meanwhile.`,
    `What it holds now, ${keys} keys in ${bytes(used)}, is moved to ${data}/before-${stamp} and stays there. It serves what ${nameOf(source)} holds, ${source.kind === 'file' ? 'last written' : 'taken'} ${moment}: every write since is not in it, and neither are keys whose time has run out.`,
    facts.aof
      ? 'The backup becomes the base of a new append-only file when the server starts: at no moment does it run without one.'
      : 'The backup becomes the snapshot that the server starts from.',
    followers.length > 0
      ? `Its replicas (${followers.join(', ')}) take a full copy afterwards and then hold the restored data as well.`
      : 'It has no replica that was read; one that follows it takes a full copy and holds the restored data as well.',
    `Undo stops it again, keeps what it holds then in ${data}/restored-${stamp}, and starts it with what it holds now; where that stops half way, it is taken to its end.`,
  ];
}
