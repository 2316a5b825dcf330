import { users } from './cases/users.ts';
import { runLoop } from './closed-loop.ts';

runLoop(users);
