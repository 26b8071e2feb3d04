/** Templates as users write them: text with `{placeholder}`s. `{{` and `}}` stand for the braces themselves. */

export interface LiteralPart {
  readonly kind: 'literal';
  readonly text: string;
}

export interface TemplateText<P> {
  readonly parts: readonly (P | LiteralPart)[];
  /** Everything wrong with it; `parts` is then not complete. */
  readonly problems: readonly string[];
}

/** Takes a template apart. `placeholder` makes a part of what stands between braces, or answers what is wrong with it. */
export function readTemplate<P extends object>(
  template: string,
  placeholder: (inside: string) => P | string,
): TemplateText<P> {
  const parts: (P | LiteralPart)[] = [];
  const problems: string[] = [];
  for (const [text, inside] of template.matchAll(/\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]/g)) {
    const part = inside === undefined ? literal(text) : placeholder(inside);
    if (typeof part === 'string') problems.push(part);
    else parts.push(part);
  }
  return { parts, problems };
}

function literal(text: string): LiteralPart | string {
  if (text === '{' || text === '}')
    return 'a brace without its partner; expected {placeholder}, or {{ and }} for braces';
  return { kind: 'literal', text: text === '{{' || text === '}}' ? text.slice(1) : text };
}
