/** A node of the grammar's tree, as far as it is used; the package describes its types for ES modules only. */
export interface SyntaxNode {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly type: { readonly isError: boolean };
  readonly parent: SyntaxNode | null;
  readonly firstChild: SyntaxNode | null;
  readonly nextSibling: SyntaxNode | null;
  getChild(name: string): SyntaxNode | null;
  getChildren(name: string): SyntaxNode[];
}

/** A node on the way through the tree. */
export interface SyntaxNodeRef {
  readonly name: string;
  readonly from: number;
  readonly node: SyntaxNode;
  readonly type: { readonly isError: boolean };
}

interface Parser {
  parse(text: string): SyntaxTree;
}
export interface SyntaxTree {
  readonly topNode: SyntaxNode;
  iterate(spec: { enter(node: SyntaxNodeRef): void }): void;
}

/** Loaded with the first expression: what reads none does not pay for the grammar. */
let loaded: Parser | undefined;

/** The tree of a PromQL expression; what is wrong with it stands in it as nodes that are errors. */
export function parsePromql(expr: string): SyntaxTree {
  loaded ??= (require('@prometheus-io/lezer-promql') as { parser: Parser }).parser;
  return loaded.parse(expr);
}
