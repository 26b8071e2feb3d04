/** Answers of the API, checked: what is not as it must be is none of an API that we know. */
import { z } from 'zod';
import { foreign } from './api-errors.ts';

/** `answer` as `shape` has it; fields that it does not name stay.
 *  @throws FatalError `API_FOREIGN` that names the first field that does not fit */
export function answerOf<T>(shape: z.ZodType<T>, answer: unknown, asked: string, baseUrl: string): T {
  const checked = shape.safeParse(answer);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const field = issue === undefined || issue.path.length === 0 ? 'the whole of it' : issue.path.join('.');
  throw foreign(baseUrl, `${asked} with something else than expected (${field}: ${issue?.message ?? 'unknown'})`);
}

/** Named fields, and whatever else there is. */
export const body = z.looseObject;
