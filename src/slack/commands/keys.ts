import { openKeyScan } from '../../flow/keys/key-scans.ts';
import { markup } from '../blocks/text.ts';
import type { Command } from './command.ts';
import { targetNamed } from './target-named.ts';

export const keys: Command = {
  usage: '/redis keys <target>',
  does: 'samples the keys of a target, gently, and shows in its thread what they are',
  async answer({ ports, by, rest }) {
    const named = targetNamed(ports.targets, rest, 'keys');
    if ('sorry' in named) return { text: named.sorry };
    const { incident, isNew } = await openKeyScan(ports, { target: named.target, by });
    const where = { markup: `<#${incident.channel}>` };
    return {
      text: isNew
        ? markup`Sampling the keys of *${named.target.name}*. Progress and result are in its thread in ${where}.`
        : markup`The keys of *${named.target.name}* are being sampled already; the thread in ${where} shows how far it is.`,
    };
  },
};
