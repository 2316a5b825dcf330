import { expect, test } from 'vitest';
import { z } from 'zod';
import { readYaml } from '../../src/io/yaml.ts';
import { filesUnder, textOf } from './source-tree.ts';

const Manifest = z.looseObject({
  features: z.looseObject({ slash_commands: z.array(z.looseObject({ command: z.string() })) }),
  settings: z.looseObject({
    event_subscriptions: z.looseObject({ bot_events: z.array(z.string()) }),
    interactivity: z.looseObject({ is_enabled: z.boolean() }),
  }),
});

const CODE = filesUnder('src/slack').map(textOf).join('\n');
const heard = (kind: string) =>
  [...CODE.matchAll(new RegExp(`\\bapp\\.${kind}(?:<[^>]*>)?\\(\\s*'([^']+)'`, 'g'))]
    .map(([, name]) => name ?? '')
    .sort();

test.each(['manifest.yml', 'deploy/manifest-socket.yml'])(
  '%s declares what the app listens for, and no more',
  (file) => {
    const read = readYaml(file, textOf(file), Manifest);
    if (read.kind === 'mistakes') throw new Error(read.mistakes.join('\n'));
    const { features, settings } = read.value;
    expect(heard('command')).not.toEqual([]);
    expect(features.slash_commands.map(({ command }) => command).sort()).toEqual(heard('command'));
    expect([...settings.event_subscriptions.bot_events].sort()).toEqual(heard('event'));
    expect(settings.interactivity.is_enabled).toBe(/\bapp\.(action|view)\b/.test(CODE));
  },
);
