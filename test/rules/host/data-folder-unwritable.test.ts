import { expect, test } from 'vitest';
import disk from '../../../src/probes/host-disk.ts';
import files from '../../../src/probes/host-files.ts';
import process from '../../../src/probes/host-process.ts';
import config from '../../../src/probes/persistence-config.ts';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/host/data-folder-unwritable.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Case {
  readOnly?: boolean;
  mode?: number;
  owner?: [uid: number, gid: number];
  user?: number;
  groups?: number[];
  save?: string;
  seen?: boolean;
}

function host({
  readOnly = false,
  mode = 0o750,
  owner: [uid, gid] = [107, 114],
  user = 107,
  groups = [114],
  save = '60 1',
  seen = true,
}: Case) {
  const folder = { path: '/var/lib/redis', mode, uid, gid, owner: 'somebody', bytes: 4096 };
  const readings = [
    saw(disk, { readOnly }),
    saw(files, seen ? { data: folder } : 'permission denied'),
    saw(process, { uid: user, gids: groups }),
    saw(config, { save, appendonly: 'no' }),
    saw(replication, { connected_slaves: 0 }),
  ];
  return scene({ nodes: [{ readings }] });
}

test.each<[string, Case, string]>([
  ['its own folder', {}, 'clear'],
  ['its own folder, without the right to write', { mode: 0o550 }, 'critical'],
  ['the folder of its group', { owner: [0, 114], mode: 0o2770 }, 'clear'],
  ['the folder of its group, closed to it', { owner: [0, 114], mode: 0o757 }, 'critical'],
  ['the folder of another', { owner: [0, 0], mode: 0o755 }, 'critical'],
  ['the folder of another, open to all', { owner: [0, 0], mode: 0o1777 }, 'clear'],
  ['anything, as root', { owner: [107, 114], mode: 0o500, user: 0, groups: [0] }, 'clear'],
  ['a read-only file system, as root', { readOnly: true, user: 0 }, 'critical'],
  ['a folder that it does not write to', { owner: [0, 0], save: '' }, 'info'],
  ['a folder that cannot be seen', { seen: false }, 'unassessed'],
])('%s', (_what, sketch, want) => expect(said(rule, host(sketch))).toBe(want));
