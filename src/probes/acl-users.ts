import { readAclUser } from '../domain/acl-user.ts';
import { defineProbe, listReply, NotAnswered, textReply } from '../domain/probe.ts';
import { atLeast, type ServerIdentity } from '../domain/server.ts';

/** Before 7.2 a server works out the rules of each user anew, which takes up to 0.7 ms a user; since then 0.004 ms. */
function mostUsers({ version }: ServerIdentity): number {
  return atLeast(version, '7.2') ? 300 : 4;
}

/** The users of the access control list and what they may do. Their password hashes never leave the parser. */
export default defineProbe({
  sampled: 'pair',
  allows: [
    ['ACL', 'USERS'],
    ['ACL', 'LIST'],
  ],
  fields: {},
  commands: () => [['ACL', 'USERS']],
  further: ([names], server) => (Array.isArray(names) && names.length <= mostUsers(server) ? [['ACL', 'LIST']] : []),
  read([names, lines]) {
    const count = listReply(names).length;
    if (lines === undefined)
      throw new NotAnswered(`${count} users: ACL LIST would hold this server up, so it is not asked`);
    return listReply(lines).map((line) => readAclUser(textReply(line)));
  },
});
