import type { ConsumerListener, ConsumerOptions, KafkaAdmin, KafkaDriver } from '../../shared/kafka/driver.ts';

/** A member of a group, as `ScriptedKafka` made it. */
export interface ScriptedMember {
  readonly options: ConsumerOptions;
  readonly listener: ConsumerListener;
  state: 'made' | 'joining' | 'joined' | 'left';
}

/** A Kafka that gives out nothing by itself: tests speak to the listeners of its members. Every topic is there, with one partition. */
export class ScriptedKafka {
  readonly members: ScriptedMember[] = [];
  /** Calls of all admins. */
  described = 0;
  /** Called before a member is made. */
  making: () => void = () => undefined;
  /** What a member waits for before it has joined. */
  joining: () => Promise<void> = async () => undefined;
  /** What a member waits for before it has left. */
  leaving: () => Promise<void> = async () => undefined;
  /** What looking at topics waits for. */
  describing: () => Promise<void> = async () => undefined;

  readonly driver: KafkaDriver = {
    admin: () => this.#admin(),
    producer: () => ({ send: async () => undefined, close: async () => undefined }),
    consumer: (options, listener) => {
      this.making();
      const member: ScriptedMember = { options, listener, state: 'made' };
      this.members.push(member);
      return {
        start: async () => {
          member.state = 'joining';
          await this.joining();
          member.state = 'joined';
        },
        pause: () => undefined,
        resume: () => undefined,
        reread: () => undefined,
        commit: async () => undefined,
        close: async () => {
          await this.leaving();
          member.state = 'left';
        },
      };
    },
    reader: () => {
      throw new Error('not used here');
    },
  };

  get states(): string[] {
    return this.members.map(({ state }) => state);
  }

  #admin(): KafkaAdmin {
    const admin: Partial<KafkaAdmin> = {
      describeTopics: async (names) => {
        this.described++;
        await this.describing();
        return names.map((name) => ({ name, partitions: [0] }));
      },
      close: async () => undefined,
    };
    return admin as KafkaAdmin;
  }
}
