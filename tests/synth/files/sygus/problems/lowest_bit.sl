; The lowest one bit of a byte, by examples and a grammar with defined functions.
(set-logic BV)
(set-info :status sat)
(define-fun double ((x (_ BitVec 8))) (_ BitVec 8) (bvshl x #x01))
(define-fun choose ((x (_ BitVec 8)) (y (_ BitVec 8)) (z (_ BitVec 8))) (_ BitVec 8)
    (ite (= x #x01) y z))
(synth-fun f ((x (_ BitVec 8))) (_ BitVec 8)
    ((Start (_ BitVec 8)))
    ((Start (_ BitVec 8) (
        #x00 #x01 x
        (bvnot Start) (double Start) (bvand Start Start) (bvadd Start Start) (choose Start Start Start)))))
(constraint (= (f #x00) #x00))
(constraint (= (f #x06) #x02))
(constraint (= (f #x07) #x01))
(constraint (= #x10 (f #xf0)))
(constraint (and (= (f #x80) #x80) (= (f #x4c) #x04)))
(constraint (= (f #x06) #x02))
(check-synth)
