import { defineHostProbe, modeOf } from '../domain/host-probe.ts';
import { wholeNumber } from '../domain/proc-text.ts';

export interface FileMode {
  path: string;
  /** Permission bits: 0o640. */
  mode: number;
  uid: number;
  gid: number;
  owner: string;
  bytes: number;
}

/** Who may read the server's files, and how large its snapshot is. One that it does not have, or that we may not see, is missing. */
export default defineHostProbe({
  sampled: 'once',
  asks: {
    config: modeOf('{config_file}'),
    configFolder: modeOf('{config_dir}'),
    acl: modeOf('{acl_file}'),
    snapshot: modeOf('{rdb_file}'),
    data: modeOf('{dir}'),
  },
  read(answers) {
    const file = (question: Parameters<typeof answers.all>[0]): FileMode | undefined => {
      const [answer] = answers.all(question);
      const [mode = '', uid, gid, bytes, owner = ''] = answer?.text.trim().split(' ') ?? [];
      const [user, group, size] = [uid, gid, bytes].map(wholeNumber);
      if (!answer || !/^[0-7]{1,4}$/.test(mode)) return undefined;
      if (user === undefined || group === undefined || size === undefined) return undefined;
      return { path: answer.about, mode: Number.parseInt(mode, 8), uid: user, gid: group, owner, bytes: size };
    };
    const all = {
      config: file('config'),
      configFolder: file('configFolder'),
      acl: file('acl'),
      snapshot: file('snapshot'),
      data: file('data'),
    };
    // None at all is a host that does not let us look.
    if (Object.values(all).every((one) => one === undefined)) answers.need('data');
    return all;
  },
});
