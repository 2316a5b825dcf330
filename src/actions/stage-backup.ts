import { z } from 'zod';
import { defineAction, type PlannedCommand, type Scene } from '../domain/action.ts';
import type { KeptBackup } from '../domain/backup.ts';
import { transferSeconds } from '../domain/headroom.ts';
import { noRoomOnDisk, type RestoreSource, type RestoreValues, restoreStep, sizeOf } from '../domain/host-restore.ts';
import { bytes, duration } from '../domain/units.ts';
import backups from '../probes/backups.ts';
import { RESTORE_NEEDS, RestoreArgs, restoreSite } from '../probes/host-restore.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/**
 * Puts a backup beside the data of a server, from where backups are kept or from where a person put it on the machine,
 * and has it checked by the server's own tools, while the server runs. It has its name when all of it is there.
 */
export default defineAction({
  args: RestoreArgs.extend({ process: z.string().optional() }),
  needs: [...RESTORE_NEEDS, replication, server],
  sends: [],
  risks: ['host'],
  plan({ process, ...given }, scene) {
    const { node } = scene;
    const { run_id: now } = scene.read(server);
    // It is not watched: taking this back comes after the server was started anew.
    if (process !== undefined && process !== now)
      return { refused: `${node.name} was started anew since this was planned` };
    const site = restoreSite(scene, given);
    if ('refused' in site) return site;
    const { facts, values, source, args } = site;
    const full = noRoomOnDisk(sizeOf(source), facts);
    if (full) return { refused: full };
    const step = (which: Parameters<typeof restoreStep>[1]) => restoreStep(node.name, which, values);
    return {
      args: { ...args, process: now },
      commands: [
        // What an attempt that was cut off has left. It also makes the way back one of a step that has begun.
        step('discard'),
        ...(source.kind === 'file' ? [step('copy')] : sending(node.name, source.backup, values)),
        step('arrive'),
        step('check'),
        step('makeBefore'),
      ],
      undo: [step('discard'), step('dropBefore')],
      otherwise: [step('discard')],
      impact: [
        arrival(scene, source, values),
        'A backup that is damaged, or of a newer version than the server, ends the run here, with nothing changed.',
      ],
      risk: 'host',
      watches: [{ node: node.name, reading: 'replication.role' }],
    };
  },
});

function sending(node: string, { id, scratch }: KeptBackup, { data, owner, mode }: RestoreValues) {
  const ours = (...argv: [string, ...string[]]): PlannedCommand => ({
    node,
    via: 'medic',
    argv: ['backup', ...argv],
    applied: [],
  });
  return [ours('verify', id, ...('none' in scratch ? [] : ['loaded'])), ours('send', id, data, owner, mode)];
}

function arrival(scene: Scene, source: RestoreSource, { data }: RestoreValues): string {
  const size = bytes(sizeOf(source));
  if (source.kind === 'file') {
    return `The server goes on. ${source.path}, ${size}, is copied into ${data} and read once to be checked, which its disk will notice.`;
  }
  const { place, bytesPerSecond } = scene.read(backups);
  const seconds = Math.ceil(
    bytesPerSecond === undefined ? transferSeconds(source.backup.bytes) : source.backup.bytes / bytesPerSecond,
  );
  const speed = bytesPerSecond === undefined ? '100 MB/s' : `${bytes(bytesPerSecond)}/s, the limit of backups`;
  return `The server goes on. ${source.backup.id}, ${size}, is read in ${place}, ${trial(source.backup)} and sent to its machine over SSH, about ${duration(seconds)} at ${speed}; its length and SHA-256 are compared there. Network and disk will notice.`;
}

function trial({ scratch }: KeptBackup): string {
  return 'none' in scratch
    ? `cannot be loaded into a server here first (${scratch.none})`
    : `loaded into a scratch server (${scratch.engine} ${scratch.version})`;
}
