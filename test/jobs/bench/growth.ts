import type { BenchWorld } from './world';
export async function benchGrowth(_world: BenchWorld, _days: number): Promise<void> {}
