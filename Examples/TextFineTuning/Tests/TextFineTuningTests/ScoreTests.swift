import FineTuning
import Foundation
import Optimizers
import Testing

@Suite("Scores and schedule") struct ScoreTests {
  let labels = [1, 1, 1, 0, 0, 0, 0, 1]
  let predicted = [1, 0, 1, 0, 0, 1, 0, 1]

  @Test("accuracy, F1 and Matthews' correlation are what their definitions give")
  func classes() {
    #expect(Scores.accuracy(predicted, labels) == 0.75)
    #expect(abs(Scores.f1(predicted, labels, classes: 2) - 0.75) < 1e-12)
    // (TP·TN − FP·FN)/√… = (3·3 − 1·1)/√(4·4·4·4)
    #expect(abs(Scores.matthews(predicted, labels, classes: 2) - 0.5) < 1e-12)
    #expect(Scores.matthews([1, 1, 1], [0, 1, 1], classes: 2) == 0)
    // scikit-learn: matthews_corrcoef([0,1,2,2,0], [0,2,2,1,0]) and f1_score(average="macro")
    #expect(abs(Scores.matthews([0, 2, 2, 1, 0], [0, 1, 2, 2, 0], classes: 3) - 0.375) < 1e-12)
    #expect(abs(Scores.f1([0, 2, 2, 1, 0], [0, 1, 2, 2, 0], classes: 3) - 0.5) < 1e-12)
  }

  @Test("correlations are what their definitions give, ties sharing a rank")
  func correlations() {
    let (a, b) = ([1.0, 2, 3, 4, 5], [2.0, 1, 4, 3, 7])
    #expect(abs(Scores.pearson(a, b) - 12 / (10 * 21.2).squareRoot()) < 1e-12)
    #expect(abs(Scores.spearman(a, b) - 0.8) < 1e-12)
    #expect(abs(Scores.spearman([1, 2, 2, 3], [1, 2, 3, 4]) - 0.9486832980505138) < 1e-12)
    #expect(Scores.pearson([1, 1], [1, 2]) == 0)
  }

  @Test("the rate rises linearly over the warm-up and falls linearly to 0")
  func schedule() {
    let schedule = LinearSchedule(warmUp: 0.1, epochs: 4)
    func factor(_ step: Int) -> Double {
      schedule.factor(at: TrainingTime(epoch: step / 5, step: step % 5, stepsPerEpoch: 5))
    }
    #expect((0..<20).map(factor).prefix(4).elementsEqual([0, 0.5, 1, 17.0 / 18]))
    #expect(factor(11) == 0.5)
    #expect(abs(factor(19) - 1.0 / 18) < 1e-15)
  }
}
