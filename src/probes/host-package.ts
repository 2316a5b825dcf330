import { defineHostProbe } from '../domain/host-probe.ts';
import { NotAnswered } from '../domain/probe.ts';

export interface Package {
  name: string;
  /** With what the distribution added: `5:7.0.15-1~deb12u5`. */
  version: string;
  system: 'dpkg' | 'rpm';
}

/** Said of a program that was built or copied by hand. */
export const NO_PACKAGE = 'the program of the server belongs to no package';

/** The package that the server's program comes from: distributions mend old versions without a new number of the engine. */
export default defineHostProbe({
  sampled: 'once',
  asks: {
    dpkg: ['dpkg-query', '-W', '-f', `\${db:Status-Abbrev} \${Package} \${Version}\\n`, 'redis*', 'valkey*'],
    rpm: ['rpm', '-q', '--qf', '%{NAME} %{VERSION}-%{RELEASE}\\n', '-f', '{executable}'],
    program: ['stat', '-L', '-c', '%n', '{executable}'],
  },
  read(answers) {
    // What stands elsewhere was built or copied there by hand.
    const packaged = /^\/usr\/s?bin\//.test(answers.need('program'));
    const fromDpkg = packaged ? dpkgPackages(answers.text('dpkg') ?? '') : [];
    const fromRpm = /^(\S+) (\S+)$/m.exec(answers.text('rpm') ?? '');
    const [, name, version] = fromRpm ?? [];
    const found: Package[] = name && version ? [{ name, version, system: 'rpm' }] : fromDpkg;
    if (found.length === 0) throw new NotAnswered(NO_PACKAGE);
    return { packages: found };
  },
});

/** Installed ones that hold a server: redis-tools does, as the server's program is a link into it. */
function dpkgPackages(text: string): Package[] {
  return [...text.matchAll(/^ii +((?:redis|valkey)(?:-server|-tools)?) (\S+)$/gm)].map(
    ([, name = '', version = '']): Package => ({ name, version, system: 'dpkg' }),
  );
}
