import { SyntaxProblem } from './syntax.ts';

const TOKEN = /\s*(?:(\d+)|([A-Za-z_]\w*)|\$?([A-Za-z_]\w*)|(<=|>=|==|!=|&&|\|\||[-+*/%()<>]))\s*/y;
const LEVELS = [['||'], ['&&'], ['==', '!='], ['<', '<=', '>', '>='], ['+', '-'], ['*', '/', '%']];
const DEPTH_MAX = 100;

/** The value of `$((…))`: whole numbers, the common operators, names of variables. @throws SyntaxProblem */
export function evaluate(expression: string, variable: (name: string) => string): number {
  const tokens = tokensOf(expression);
  let at = 0;
  const level = (index: number, depth: number): number => {
    if (depth > DEPTH_MAX) throw problem();
    const operators = LEVELS[index];
    if (operators === undefined) return unary(depth);
    let value = level(index + 1, depth);
    for (
      let operator = tokens[at];
      operator !== undefined && operators.includes(operator);
      operator = tokens[at]
    ) {
      at += 1;
      value = apply(operator, value, level(index + 1, depth));
    }
    return value;
  };
  const unary = (depth: number): number => {
    const token = tokens[at];
    at += 1;
    if (token === undefined) throw problem();
    if (token === '-') return -unary(depth + 1);
    if (token === '+') return unary(depth + 1);
    if (token === '(') {
      const value = level(0, depth + 1);
      if (tokens[at] !== ')') throw problem();
      at += 1;
      return value;
    }
    if (/^\d/.test(token)) return Number(token);
    if (!/^\w/.test(token)) throw problem();
    return Number.parseInt(variable(token), 10) || 0;
  };
  if (tokens.length === 0) return 0;
  const value = level(0, 0);
  if (at < tokens.length) throw problem();
  return value;
}

const problem = () => new SyntaxProblem('arithmetic syntax error');

function tokensOf(expression: string): string[] {
  const text = expression.replaceAll('$', '').trim();
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text);
    if (found === null) throw problem();
    tokens.push(found[0].trim());
  }
  return tokens;
}

function apply(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
    case '%':
      if (right === 0) throw new SyntaxProblem('divide by zero');
      return operator === '/' ? Math.trunc(left / right) : left % right;
    case '<':
      return Number(left < right);
    case '<=':
      return Number(left <= right);
    case '>':
      return Number(left > right);
    case '>=':
      return Number(left >= right);
    case '==':
      return Number(left === right);
    case '!=':
      return Number(left !== right);
    case '&&':
      return Number(left !== 0 && right !== 0);
    default:
      return Number(left !== 0 || right !== 0);
  }
}
