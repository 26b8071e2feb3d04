/** Values as people send them: nested JSON of an order, about 14 % of it quotes at 1 KB of ASCII, each a little different. A pool of them is
 *  made once and used over and over, so that filling a topic costs little; a record batch holds no value twice. */

export const TEXTS = ['ascii', 'chinese'] as const;

export type Text = (typeof TEXTS)[number];

export interface ValueShape {
  /** Bytes of each value, exactly; at least 80. */
  readonly bytes: number;
  /** What names, places and remarks are written in. */
  readonly text: Text;
}

const WORDS: Readonly<Record<Text, readonly string[]>> = {
  ascii: 'red blue north river stone silver lamp chair table garden winter summer paper glass coffee market'.split(' '),
  chinese: '北京 上海 杭州 订单 客户 红色 蓝色 冬季 花园 咖啡 玻璃 市场 桌子 椅子 河流 包装完好 请尽快发货 谢谢'.split(
    ' ',
  ),
};

const STATES = ['new', 'paid', 'sent', 'back'];
/** One item takes less than this in either text. */
const ITEM_BYTES = 100;

/** `count` different values, the same ones for the same arguments. */
export function makeValues({ bytes, text }: ValueShape, count: number): Buffer[] {
  const random = lcg(bytes);
  const words = WORDS[text];
  const below = (limit: number) => Math.floor(random() * limit);
  const word = () => words[below(words.length)] ?? '';
  const item = () => ({ sku: `${word()}-${below(10_000)}`, qty: 1 + below(9), price: below(100_000) / 100 });
  return Array.from({ length: count }, (_, id) => {
    const order: Record<string, unknown> = { id: 100_000 + id, state: STATES[below(STATES.length)] };
    const size = () => Buffer.byteLength(JSON.stringify(order));
    if (bytes >= 150) Object.assign(order, { at: `2026-11-21T10:${10 + below(50)}:${10 + below(50)}.000Z` });
    order['user'] = bytes >= 150 ? { id: below(1_000_000), name: `${word()} ${word()}` } : { id: below(1_000_000) };
    const items: object[] = [];
    if (bytes >= 400) Object.assign(order, { paid: random() < 0.5, ref: null, items });
    while (bytes >= 400 && size() < bytes * 0.85 - ITEM_BYTES) items.push(item());
    order['note'] = '';
    order['note'] = filler(bytes - size(), word);
    return Buffer.from(JSON.stringify(order));
  });
}

/** Words of exactly `bytes` bytes in UTF-8: of the last ones, the characters that fit. */
function filler(bytes: number, word: () => string): string {
  let text = '';
  for (let left = bytes; left > 0; ) {
    for (const character of `${word()} `) {
      if (Buffer.byteLength(character) > left) continue;
      text += character;
      left -= Buffer.byteLength(character);
    }
  }
  return text;
}

/** Numbers in [0, 1), the same for the same seed. Source: Numerical Recipes, section 7.1 (the constants). */
function lcg(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
