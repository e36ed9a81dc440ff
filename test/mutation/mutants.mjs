// Finds the places in the compiled theory where a sign, a factor or an index can be wrong.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const SWAPS = new Map([
  [ts.SyntaxKind.PlusToken, '-'],
  [ts.SyntaxKind.MinusToken, '+'],
  [ts.SyntaxKind.AsteriskToken, '/'],
  [ts.SyntaxKind.SlashToken, '*'],
  [ts.SyntaxKind.PlusEqualsToken, '-='],
  [ts.SyntaxKind.MinusEqualsToken, '+='],
]);

/**
 * All mutants of the JavaScript files of a folder, subfolders left out.
 *
 * @param {string} folder
 * @returns {{ file: string, line: number, kind: string, start: number, end: number, text: string, before: string }[]}
 */
export function findMutants(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .sort()
    .flatMap((name) => mutantsOf(join(folder, name), name));
}

function mutantsOf(path, file) {
  const source = readFileSync(path, 'utf8');
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const mutants = [];
  const add = (node, kind, text) => {
    const start = node.getStart(tree);
    const { line } = tree.getLineAndCharacterOfPosition(start);
    mutants.push({ file, line: line + 1, kind, start, end: node.end, text, before: source.slice(start, node.end) });
  };
  const visit = (node) => {
    if (ts.isThrowStatement(node) || isValidation(node)) return;
    if (ts.isBinaryExpression(node)) {
      const swap = SWAPS.get(node.operatorToken.kind);
      const isText = [node.left, node.right].some(
        (side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side),
      );
      if (swap !== undefined && !isText) add(node.operatorToken, 'sign or factor', swap);
    }
    if (
      ts.isPrefixUnaryExpression(node) &&
      node.operator === ts.SyntaxKind.MinusToken &&
      !ts.isNumericLiteral(node.operand)
    ) {
      add(node, 'sign', node.operand.getText(tree));
    }
    if (ts.isNumericLiteral(node) && isFactor(node)) add(node, 'factor', `(2 * ${node.text})`);
    if (ts.isElementAccessExpression(node) && ts.isIdentifier(node.argumentExpression)) {
      add(node.argumentExpression, 'index', `${node.argumentExpression.text} + 1`);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return mutants;
}

/** Literals that stand in arithmetic, 0 and thresholds of search and rounding left out. */
function isFactor(node) {
  const parent = node.parent;
  const inArithmetic =
    ts.isBinaryExpression(parent) &&
    (SWAPS.has(parent.operatorToken.kind) || parent.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskToken);
  return inArithmetic && Number(node.text) !== 0;
}

/** Functions that refuse bad input have their own tests. */
function isValidation(node) {
  return ts.isFunctionDeclaration(node) && /^(require|valid|parse|read|refus)/i.test(node.name?.text ?? '');
}
