import { dirname, resolve } from 'node:path';

export interface Files {
  /** The folder of medic.yml; relative paths start there. */
  folder: string;
  /** The text of a file; throws when it cannot be read. */
  readFile: (path: string) => string;
}

export function filesBeside(file: string, readFile: (path: string) => string): Files {
  return { folder: dirname(resolve(file)), readFile };
}

/** The text of a file beside medic.yml; undefined when it cannot be read, which is a mistake. */
export function fileText(path: string, files: Files, complain: (why: string) => void): string | undefined {
  try {
    return files.readFile(resolve(files.folder, path));
  } catch (error) {
    complain(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
