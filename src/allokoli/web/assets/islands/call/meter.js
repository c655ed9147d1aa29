// The level of the microphone, so that people see they are heard.

const WEIGHTS = [0.55, 0.85, 1, 0.8, 0.5];
const FLOOR = 0.12;
const GAIN = 5;

export class Meter {
  #bars;
  #context = null;
  #frame = 0;

  constructor(element) {
    this.#bars = [...element.children];
  }

  follow(stream) {
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 512;
    this.#context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const draw = () => {
      analyser.getFloatTimeDomainData(samples);
      const rms = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
      this.#show(Math.min(1, rms * GAIN));
      this.#frame = requestAnimationFrame(draw);
    };
    draw();
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#context?.close();
    this.#context = null;
    this.#show(0);
  }

  #show(level) {
    this.#bars.forEach((bar, i) => bar.style.setProperty("--level", Math.max(FLOOR, level * WEIGHTS[i]).toFixed(3)));
  }
}
