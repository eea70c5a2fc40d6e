; The mean of two numbers without overflow.
(set-logic BV)
(define-fun wanted ((x (_ BitVec 32)) (y (_ BitVec 32))) (_ BitVec 32) (bvadd (bvand x y) (bvlshr (bvxor x y) #x00000001)))
(synth-fun f ((x (_ BitVec 32)) (y (_ BitVec 32))) (_ BitVec 32)
    ((Start (_ BitVec 32)))
    ((Start (_ BitVec 32) (
        x y #x00000000 #x00000001 #x0000001f
        (bvnot Start) (bvneg Start) (bvand Start Start) (bvor Start Start) (bvxor Start Start)
        (bvadd Start Start) (bvsub Start Start) (bvlshr Start Start) (bvashr Start Start)))))
(declare-var x (_ BitVec 32))
(declare-var y (_ BitVec 32))
(constraint (= (wanted x y) (f x y)))
(check-synth)
