/** What a Dockerfile says, as far as our tests ask. */
import { readFileSync } from 'node:fs';

export interface Dockerfile {
  /** Arguments by instruction, in order; of continued lines, one. */
  of(instruction: string): string[];
  /** The exec form of an instruction: a list of words.
   *  @throws Error when it is missing or in the shell form, whose shell would take the signals */
  words(instruction: string): string[];
  /** Sources of all COPY instructions, from the build's folder. */
  readonly sources: readonly string[];
}

export function readDockerfile(path: string): Dockerfile {
  const lines = readFileSync(path, 'utf8').replaceAll('\\\n', ' ').split('\n');
  const of = (instruction: string) =>
    lines.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length + 1).trim());
  const words = (instruction: string) => {
    const [text = ''] = of(instruction);
    if (!text.startsWith('[')) throw new Error(`${path}: ${instruction} is not in the exec form: ${text}`);
    return JSON.parse(text) as string[];
  };
  return { of, words, sources: of('COPY').flatMap((text) => text.split(/\s+/).slice(0, -1)) };
}
