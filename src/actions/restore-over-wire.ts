import { z } from 'zod';
import { defineAction, type Plan, type PlannedCommand, type Scene } from '../domain/action.ts';
import { BackupId, type KeptBackup, type KeptBackups } from '../domain/backup.ts';
import { backupsByGroup } from '../domain/backup-state.ts';
import { forkRunning } from '../domain/headroom.ts';
import { memoryLimit } from '../domain/memory-limit.ts';
import { headOf } from '../domain/replication-graph.ts';
import { managedElsewhere, unsteady, watch } from '../domain/replication-group.ts';
import { backupMeant, noRoomFor, readOnlySeconds, unfitFor, whatChanges } from '../domain/restore.ts';
import { savePoints } from '../domain/save-points.ts';
import { isLoopback, replicasOf } from '../domain/snapshot.ts';
import type { Address } from '../domain/target.ts';
import { bytes, duration } from '../domain/units.ts';
import backups from '../probes/backups.ts';
import clientList from '../probes/client-list.ts';
import keyspace from '../probes/keyspace.ts';
import memoryProbe from '../probes/memory.ts';
import modules from '../probes/modules.ts';
import persistence from '../probes/persistence.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import replication from '../probes/replication.ts';
import replicationConfig from '../probes/replication-config.ts';
import securityConfig from '../probes/security-config.ts';
import server from '../probes/server.ts';

/** As we name our connections, by which a server tells where we come from. */
const OUR_NAME = 'redis-medic';

const Args = z.strictObject({
  backup: BackupId.optional(),
  /** Where the server finds the backup. */
  from: z.strictObject({ host: z.string(), port: z.number().int() }).optional(),
});

/**
 * Replaces all data of a running primary by a backup: the server follows redis-medic, which poses as its primary and
 * gives it the file, and becomes a primary again. What it holds now is copied first, and the file is tried before it is
 * served, as a server that is given a broken one ends.
 */
export default defineAction({
  args: Args,
  needs: [
    backups,
    clientList,
    keyspace,
    memoryProbe,
    modules,
    persistence,
    persistenceConfig,
    replication,
    replicationConfig,
    securityConfig,
    server,
  ],
  sends: [['REPLICAOF'], ['BGSAVE'], ['PSYNC'], ['REPLCONF']],
  risks: ['destructive'],
  orElse: 'A backup that was taken elsewhere is put back with RESTORE, which services offer (playbook restore-keys)',
  plan(args, scene) {
    const { node, snapshot } = scene;
    const kept = scene.read(backups);
    if (kept.place === undefined)
      return { refused: 'no place for backups is set up: add the key backups to medic.yml' };
    const odd =
      unsteady(node) ?? wrongPlace(scene) ?? forkRunning(node, scene.read(persistence)) ?? unsafeSettings(scene, kept);
    if (odd) return { refused: odd };
    const group = backupsByGroup(snapshot, kept).find(({ head }) => head === headOf(snapshot, node));
    const backup = backupMeant(group?.backups ?? [], args.backup, snapshot.target.name);
    if ('refused' in backup) return backup;
    const names = scene.read(modules).map(({ name }) => name);
    const memory = scene.read(memoryProbe);
    const unfit =
      unfitFor(node, backup, { modules: names, databases: scene.read(persistenceConfig).databases }) ??
      noRoomFor(node, backup, {
        used: memory.used_memory,
        maxmemory: memory.maxmemory,
        limit: memoryLimit(snapshot, node, memory),
        both: scene.read(replicationConfig).repl_diskless_load === 'swapdb',
      });
    if (unfit) return { refused: unfit };
    const from = args.from ?? ourAddress(scene, kept);
    if (typeof from === 'string') return { refused: from };
    return planned(scene, kept, backup, from);
  },
});

/** Why this server must not follow us. */
function wrongPlace(scene: Scene): string | undefined {
  const { node, snapshot } = scene;
  if (node.identity.mode === 'cluster') {
    return `${node.name} is a cluster node and refuses REPLICAOF: put its keys back one by one (playbook restore-keys), which leaves out those of slots that it does not serve`;
  }
  if (node.identity.role === 'replica') {
    return `${node.name} is a replica of ${scene.read(replication).master_host}: restore its primary, and it follows`;
  }
  const names = scene.read(clientList).map(({ name }) => name);
  if (managedElsewhere(snapshot, node, names)) {
    return 'Sentinel watches this group and would take the primary for failed as soon as it follows something else: put its keys back one by one (playbook restore-keys), which no Sentinel minds';
  }
  return undefined;
}

function unsafeSettings(scene: Scene, { serveTls }: KeptBackups): string | undefined {
  const { node } = scene;
  const replica = scene.read(replicationConfig);
  if (replica.replica_read_only === 'no') {
    return `replica-read-only of ${node.name} is no: clients could write into what is being restored. Set it to yes first`;
  }
  if (replica.repl_diskless_load === 'flush-before-load') {
    return `repl-diskless-load of ${node.name} is flush-before-load: a transfer that breaks off would leave it empty. Set it to disabled first`;
  }
  if (scene.read(securityConfig).tls_replication === 'yes' && !serveTls) {
    return `${node.name} wants TLS of its primary (tls-replication yes): set backups.serve.cert and key in medic.yml to a certificate that it trusts`;
  }
  return undefined;
}

/** Where the server finds us: as medic.yml says, else where it sees our connection come from. */
function ourAddress(scene: Scene, { serve }: KeptBackups): Address | string {
  if (serve.host !== undefined) return { host: serve.host, port: serve.port };
  const { node } = scene;
  const own = scene.read(clientList).find(({ name, flags }) => name === OUR_NAME && !/[SM]/.test(flags));
  const host = own?.addr.slice(0, own.addr.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  if (host === undefined || host === '' || (isLoopback(host) && !isLoopback(node.address.host))) {
    return `it is not known by which address ${node.name} reaches redis-medic: set backups.serve.announce in medic.yml`;
  }
  return { host, port: serve.port };
}

function planned(
  scene: Scene,
  kept: KeptBackups,
  backup: KeptBackup,
  from: Address,
): Plan<z.infer<typeof Args>, 'destructive'> {
  const { node, snapshot } = scene;
  const { keys } = scene.read(keyspace);
  const seconds = readOnlySeconds(backup, kept.bytesPerSecond);
  // Three times what is expected, and time for a slow start.
  const patience = Math.min(6 * 3600, Math.ceil((seconds.transfer + seconds.load) * 3 + 60));
  const { appendonly, save } = scene.read(persistenceConfig);
  const shows = (reading: string, value: string) => ({ node: node.name, reading, value });
  const ours = (...argv: [string, ...string[]]): PlannedCommand => ({
    node: node.name,
    via: 'medic',
    argv: ['backup', ...argv],
    applied: [],
  });
  const promote: PlannedCommand = {
    node: node.name,
    argv: ['REPLICAOF', 'NO', 'ONE'],
    applied: [shows('replication.role', 'master')],
  };
  const saves = savePoints(save).length > 0;
  const aofWritten =
    appendonly === 'yes'
      ? [
          shows('persistence.aof_enabled', '1'),
          // It may have to wait for another fork to end first.
          shows('persistence.aof_rewrite_scheduled', '0'),
          shows('persistence.aof_rewrite_in_progress', '0'),
          shows('persistence.aof_last_bgrewrite_status', 'ok'),
        ]
      : [];
  const replicas = replicasOf(snapshot, node);
  const commands: PlannedCommand[] = [
    ours('verify', backup.id, ...('none' in backup.scratch ? [] : ['loaded'])),
    { ...ours('serve', backup.id, String(from.port)), holds: true },
    // As late as can be: what is written after it is lost.
    ...(keys > 0 ? [ours('take', 'safety-copy')] : []),
    {
      node: node.name,
      argv: ['REPLICAOF', from.host, String(from.port)],
      applied: [shows('replication.role', 'slave')],
      until: {
        shows: [shows('replication.master_link_status', 'up'), shows('persistence.loading', '0')],
        withinSeconds: patience,
      },
    },
    ours('compare', backup.id),
    { ...promote, until: { shows: [...promote.applied, ...aofWritten], withinSeconds: patience } },
    ...(saves
      ? [
          {
            node: node.name,
            argv: ['BGSAVE'] as const,
            applied: [],
            until: {
              shows: [
                shows('persistence.rdb_bgsave_in_progress', '0'),
                shows('persistence.rdb_last_bgsave_status', 'ok'),
              ],
              withinSeconds: patience,
            },
          },
        ]
      : []),
    ours('followed', backup.id),
  ];
  return {
    args: { backup: backup.id, from },
    commands,
    undo:
      keys > 0
        ? 'The data from before is in the safety copy that is taken right before: it can be restored in the same way.'
        : 'The server held no keys before.',
    otherwise: [
      { ...ours('settle'), unless: promote.applied },
      { ...promote, unless: promote.applied, until: { shows: promote.applied, withinSeconds: 60 } },
    ],
    impact: [
      ...whatChanges(node, backup, keys, snapshot.takenAt),
      ...(keys > 0
        ? [
            `Writes that come between the safety copy and the switch are lost: about as long as it takes to copy ${bytes(scene.read(memoryProbe).used_memory)}. Stop the writers first where that matters.`,
          ]
        : []),
      `Clients can read old data and write nothing (READONLY) for about ${duration(seconds.transfer)}, and neither read nor write (LOADING) for about ${duration(seconds.load)} after that.`,
      trial(backup),
      ...(scene.read(replicationConfig).replica_serve_stale_data === 'no'
        ? ['Reads are refused as well while the file is on its way (replica-serve-stale-data no).']
        : []),
      ...(replicas.length > 0
        ? [
            `Its ${replicas.length} replicas lose their data too and take a full copy of the restored data: ${replicas.map(({ name }) => name).join(', ')}.`,
          ]
        : []),
      persisted(appendonly === 'yes', saves, backup),
      `The server connects to ${from.host}:${from.port} for it.`,
    ],
    risk: 'destructive',
    watches: watch(node, 'persistence-config.appendonly', 'memory.maxmemory'),
  };
}

function trial({ scratch, id }: KeptBackup): string {
  return 'none' in scratch
    ? `${id} cannot be loaded into a server here first (${scratch.none}); its checksum is compared and it is read through. If it is broken in a way that this does not show, the server ends when it loads it.`
    : `${id} is loaded into a scratch server (${scratch.engine} ${scratch.version}) right before; when that fails nothing is sent.`;
}

function persisted(aof: boolean, saves: boolean, { bytes: size }: KeptBackup): string {
  if (aof) return `The append-only file is written anew from the restored data, about ${bytes(size)}, and waited for.`;
  if (saves) return `A snapshot of the restored data, about ${bytes(size)}, is written and waited for.`;
  return 'Neither AOF nor save points are set: the restored data is in memory alone, and gone at a restart.';
}
