import { expect, test } from 'vitest';
import { type Config, readConfig } from '../../src/config.ts';
import { Problem } from '../../src/domain/problem.ts';

function read(text: string, env: Record<string, string> = {}): Config {
  const readFile = (path: string) => `contents of ${path}`;
  return readConfig({ file: '/etc/medic/medic.yml', text, env, readFile, sources: [] });
}

const withBackups = (backups: string, target = '') =>
  `targets:\n  shop: {url: redis://h${target}}\nbackups: ${backups}\n`;

function mistake(text: string): string {
  try {
    read(text);
    return 'no mistake';
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}

test('a folder beside medic.yml, and what stands by default', () => {
  expect(read(withBackups('{folder: backups}'), { PATH: '/usr/bin' }).backups).toEqual({
    place: { kind: 'folder', path: '/etc/medic/backups' },
    scratch: [],
    searchPath: '/usr/bin',
    serve: { listen: { host: '0.0.0.0', port: 7379 } },
  });
});

test('a bucket, with everything that can be said of it', () => {
  const text = `{s3: {bucket: my-backups, prefix: /redis/, region: eu-central-1, endpoint: "https://minio:9000", access_key_id: AK, secret_access_key: "$\{SECRET}"}, rate_limit: 50mb, scratch: [servers/valkey], serve: {host: 10.0.0.9, port: 7000, announce: "medic:7001", cert: c.pem, key: k.pem}}`;
  const config = read(withBackups(text), { SECRET: 'hush-hush', AWS_SECRET_ACCESS_KEY: 'from-the-environment' });
  expect(config.backups).toEqual({
    place: {
      kind: 's3',
      bucket: {
        bucket: 'my-backups',
        prefix: 'redis',
        region: 'eu-central-1',
        endpoint: 'https://minio:9000',
        pathStyle: true,
        credentials: { accessKeyId: 'AK', secretAccessKey: 'hush-hush' },
      },
    },
    bytesPerSecond: 50 * 1024 * 1024,
    scratch: ['/etc/medic/servers/valkey'],
    searchPath: '',
    serve: {
      listen: { host: '10.0.0.9', port: 7000 },
      announce: { host: 'medic', port: 7001 },
      certificate: { cert: 'contents of /etc/medic/c.pem', key: 'contents of /etc/medic/k.pem' },
    },
  });
  expect(config.secrets).toEqual(
    expect.arrayContaining(['hush-hush', 'from-the-environment', 'contents of /etc/medic/k.pem']),
  );
});

test('what a target wants of backups', () => {
  const text =
    ', objectives: {backup_age: 24h}, backup: {schedule: "at 03:30 Europe/Berlin", keep: {last: 7, days: 30}, username: copier, password: pw-of-it}';
  const config = read(withBackups('{folder: b}', text));
  expect([...config.targets.values()][0]).toMatchObject({
    objectives: { backupAgeSeconds: 86_400 },
    backup: {
      schedule: { kind: 'daily', hour: 3, minute: 30, timeZone: 'Europe/Berlin' },
      keep: { last: 7, days: 30 },
      credentials: { username: 'copier', password: 'pw-of-it' },
    },
  });
  expect(config.secrets).toContain('pw-of-it');
});

test('a schedule without a place is probably not meant', () => {
  const text = 'targets:\n  shop: {url: redis://h, backup: {schedule: every 6h}}\n';
  expect(read(text).warnings.join(' ')).toContain('shop has a schedule for backups, but no place');
});

test.each([
  ['{}', 'either folder or s3'],
  ['{folder: a, s3: {bucket: abc}}', 'either folder or s3'],
  ['{s3: {bucket: A_B}}', 'expected the name of a bucket'],
  ['{s3: {bucket: abc, endpoint: minio}}', 'expected a http(s) URL'],
  ['{s3: {bucket: abc, access_key_id: a}}', 'access_key_id and secret_access_key belong together'],
  ['{folder: a, rate_limit: 1kb}', 'expected at least 64kb a second'],
  ['{folder: a, rate_limit: fast}', 'expected a size with its unit'],
  ['{folder: a, serve: {port: 0}}', 'serve.port'],
  ['{folder: a, serve: {cert: c.pem}}', 'cert and key belong together'],
  ['{folder: a, scratsch: [b]}', 'scratch'],
])('backups: %s is a mistake', (backups, why) => {
  expect(mistake(withBackups(backups))).toContain(why);
});

test.each([
  ['backup: {schedule: daily}', 'every 6h'],
  ['backup: {schedule: "at 25:00"}', 'at 03:30 Europe/Berlin'],
  ['backup: {keep: {last: 0}}', 'keep.last'],
  ['objectives: {backup_age: 24}', 'expected a duration with its unit'],
])('targets.shop.%s is a mistake', (text, why) => {
  expect(mistake(withBackups('{folder: a}', `, ${text}`))).toContain(why);
});
