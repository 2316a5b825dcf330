import { readAclUser } from '../domain/acl-user.ts';
import { defineProbe, listReply, textReply } from '../domain/probe.ts';

/** The users of the access control list and what they may do. Their password hashes never leave the parser. */
export default defineProbe({
  sampled: 'once',
  allows: [['ACL', 'LIST']],
  fields: {},
  commands: () => [['ACL', 'LIST']],
  read: ([reply]) => listReply(reply).map((line) => readAclUser(textReply(line))),
});
