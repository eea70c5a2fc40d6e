; The lowest one bit turned off, given by a term; the grammar has two nonterminals of one sort.
(set-logic BV)
(define-sort Word () (_ BitVec 16))
(define-fun spec ((x Word)) Word (let ((y (bvsub x #x0001))) (bvand x y)))
(synth-fun f ((x Word)) Word
    ((Start Word) (Small Word))
    ((Start Word (Small (bvand Start Start) (bvsub Start Small) (bvshl Start #x0001)))
     (Small Word (x (Constant Word) (Variable Word)))))
(declare-var y Word)
(constraint (= (spec y) (f y)))
(check-synth)
