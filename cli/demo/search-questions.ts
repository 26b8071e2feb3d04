/** What a search server answers to a GET, parsed.
 *  @throws Error when it refuses */
export async function askSearch(url: string, path: string): Promise<unknown> {
  const response = await fetch(`${url}${path}`);
  if (response.ok) return await response.json();
  throw new Error(`${url}${path}: HTTP ${response.status} ${await response.text()}`);
}
