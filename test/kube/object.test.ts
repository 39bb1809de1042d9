/** What we make of plain data ourselves is, to the order of its keys, what cdk8s makes of it. */
import { ApiObject, App, Chart, type IResolver, JsonPatch, Lazy } from 'cdk8s';
import { kubeObject } from '../../lib/kube/object';
import fc from '../support/fast-check';

const metadata = { name: 'a', namespace: 'b', labels: { z: '1', a: '2' } };
const made = (body: object, app = new App()) =>
  kubeObject(new Chart(app, 'chart'), 'object', 'v1', 'ConfigMap', metadata, body);
/** By cdk8s alone, of the same props. */
const byCdk8s = (body: object, app = new App()) =>
  new ApiObject(new Chart(app, 'chart'), 'object', { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...body });
const text = (object: ApiObject) => JSON.stringify(object.toJson());
/** What cdk8s itself cannot write, such as a key "__proto__", we need not write either, but not otherwise. */
const textOrRefusal = (object: ApiObject) => {
  try {
    return text(object);
  } catch (error) {
    return String(error);
  }
};

class Percent {
  constructor(readonly value: number) {}
}
const shout: IResolver = {
  resolve: (context) => {
    if (context.value === 'quiet') context.replaceValue('LOUD');
  },
};

describe('an object of ours', () => {
  it('is what cdk8s makes of the same data', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constantFrom(null, undefined, 'x'));
    const key = fc.oneof(fc.constantFrom('value', 'resolve', 'data', 'spec', '1', '10', '2', 'toString'), fc.string());
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('tree'), { maxLength: 3 }), tie('object')),
      object: fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('data', 'spec', 'immutable', 'a', 'z'), tree), (body) => {
        expect(textOrRefusal(made(body))).toBe(textOrRefusal(byCdk8s(body)));
      }),
      { numRuns: 300, examples: [[{ data: { '': JSON.parse('{"__proto__": null}') } }]] },
    );
  });

  it.each<[string, object]>([
    ['a lazy value', { data: { a: Lazy.any({ produce: () => ({ z: 1, a: 2 }) }) } }],
    ['a token', { data: { list: [{ resolve: () => 'resolved' }] } }],
    ['a union of number and text', { data: { port: new Percent(5) } }],
  ])('holds %s as cdk8s resolves it', (_, body) => {
    expect(text(made(body))).toBe(text(byCdk8s(body)));
    expect(text(made(body))).toMatch(/"a":2,"z":1|resolved|"value":5/);
  });

  it('that cdk8s cannot write is refused by cdk8s', () => {
    expect(() => made({ data: { when: new Date(0) } }).toJson()).toThrow(/non-simple object of type 'Date'/);
  });

  it('takes patches, labels and the resolvers of its app', () => {
    const object = made({ data: { b: '1', a: '2' } }, new App({ resolvers: [shout] }));
    object.metadata.addLabel('later', 'yes');
    object.addJsonPatch(JsonPatch.add('/data/patched', 'quiet'), JsonPatch.remove('/data/a'));
    expect(object.toJson()).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...metadata, labels: { ...metadata.labels, later: 'yes' } },
      data: { b: '1', patched: 'quiet' },
    });
    expect(made({ data: { a: 'quiet' } }, new App({ resolvers: [shout] })).toJson()).toHaveProperty('data.a', 'LOUD');
    expect(made({ data: { a: 'quiet' } }).toJson()).toHaveProperty('data.a', 'quiet');
  });
});
