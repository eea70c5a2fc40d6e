; An invariant of a counter, in the short form for invariants.
(set-logic LIA)
(synth-inv inv ((x Int)))
(define-fun before ((x Int)) Bool (= x 0))
(define-fun step ((x Int) (x! Int)) Bool (and (< x 10) (= x! (+ x 1))))
(define-fun after ((x Int)) Bool (<= x 10))
(inv-constraint inv before step after)
(check-synth)
