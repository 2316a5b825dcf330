import { isVerified, type KeptBackup, keysIn } from '../../domain/backup.ts';
import { bytes, duration } from '../../domain/units.ts';
import { joined, type Markup, markup } from '../blocks/text.ts';
import { counted } from '../cards/card.ts';
import type { Command } from './command.ts';
import { targetNamed } from './target-named.ts';

const SHOWN = 10;

export const backups: Command = {
  usage: '/redis backups <target>',
  does: 'lists the backups of a target, newest first',
  async answer({ ports, rest }) {
    const named = targetNamed(ports.targets, rest, 'backups');
    if ('sorry' in named) return { text: named.sorry };
    const { name } = named.target;
    if (!ports.ledger) return { text: markup`No place for backups is set up: add the key \`backups\` to medic.yml.` };
    const { place = '', backups: all } = await ports.ledger.of(name);
    if (all.length === 0) return { text: markup`There is no backup of *${name}* in ${place}.` };
    const lines = all.slice(0, SHOWN).map((backup) => row(backup, ports.clock.now()));
    if (all.length > SHOWN) lines.push(markup`… and ${counted(all.length - SHOWN, 'older one')}`);
    return { text: joined([markup`*${counted(all.length, 'backup')} of ${name}*, in ${place}`, ...lines], '\n') };
  },
};

function row(backup: KeptBackup, now: number): Markup {
  const { id, node, takenAt, verification } = backup;
  const age = duration(Math.max(0, (now - takenAt) / 1000));
  const state = isVerified(backup) ? 'verified' : STATES[verification.verdict];
  return markup`• \`${id}\` ${age} ago, ${keysIn(backup)} keys, ${bytes(backup.bytes)}, of ${node}: ${state}`;
}

const STATES: Readonly<Record<KeptBackup['verification']['verdict'], string>> = {
  intact: 'read through, no server has loaded it',
  unknown: 'not all of it can be read here',
  broken: 'BROKEN',
};
