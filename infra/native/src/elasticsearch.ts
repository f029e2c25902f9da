// Elasticsearch.
import { type Engine, EngineError, type StartOptions } from './engine.ts'

export const startElasticsearch = async (_options: StartOptions): Promise<Engine> => {
  throw new EngineError('Elasticsearch cannot be had yet.')
}
