/** Starts a scratch server, tells its process id and waits to be killed. Arguments: a folder and the program. */
import { makeFolder } from '../../src/io/scratch/folder.ts';
import { findPrograms } from '../../src/io/scratch/program.ts';
import { startOnSocket } from '../../src/io/scratch/socket-server.ts';
import { inPieces } from './rdb-of.ts';

const [folder = '', path = ''] = process.argv.slice(2);
const [program] = findPrograms([path], '');
if (!program) throw new Error(`${path} is no server`);
const empty = Buffer.from('REDIS0009\xff\0\0\0\0\0\0\0\0', 'latin1');
const scratch = await makeFolder(folder, inPieces(empty), undefined);
const server = await startOnSocket(program, scratch, 16);
setInterval(() => {
  if (/eady to accept/.test(server.log())) process.stdout.write(`${/^(\d+):/m.exec(server.log())?.[1]}\n`);
}, 50);
